"""The error of a service that doesn't do its work."""


class ServiceError(ConnectionError):
    """The service can't be reached, is too busy, is too slow or has failed: the same request may succeed later.

    What is wrong with the request itself is an `InputError`.

    >>> from ner import Client, ServiceError
    >>> with Client("http://127.0.0.1:1", retries=0) as client:
    ...     try:
    ...         client.tag("林晓东住在杭州。")
    ...     except ServiceError as error:
    ...         print(error)
    http://127.0.0.1:1 can't be reached: All connection attempts failed
    """
