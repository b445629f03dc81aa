"""Whether the Hugging Face Hub can be reached: asked first, because a load without network tries for 40 seconds."""

import urllib.request
from urllib.error import HTTPError, URLError

from huggingface_hub import constants

_SECONDS = 5


def is_offline() -> bool:
    """Whether the user has forbidden to ask the Hub."""
    return bool(constants.HF_HUB_OFFLINE)


def hub_is_reachable() -> bool:
    """Whether something answers at the address of the Hub, or of the mirror that HF_ENDPOINT names.

    With HF_HUB_OFFLINE, nothing is asked. Where it can't be told, for example behind a SOCKS proxy, the answer is yes.
    """
    if is_offline():
        return False
    if "all" in urllib.request.getproxies():
        return True
    try:
        asked = urllib.request.Request(constants.ENDPOINT, method="HEAD")
        urllib.request.urlopen(asked, timeout=_SECONDS).close()
    except HTTPError:  # which is an answer
        return True
    except URLError as error:
        return not isinstance(error.reason, OSError) or "CERTIFICATE" in str(error.reason)
    except (OSError, ValueError):  # it is too slow, or HF_ENDPOINT is no address
        return False
    return True
