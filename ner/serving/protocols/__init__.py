"""Protocols of other tools: one module for each, with a function that makes its routes."""

from fastapi import APIRouter

from ner.serving.protocols.bert_as_service import bert_as_service_routes
from ner.serving.protocols.doccano import doccano_routes
from ner.serving.protocols.hugging_face import hugging_face_routes
from ner.serving.protocols.kserve import kserve_routes
from ner.serving.protocols.label_studio import label_studio_routes
from ner.serving.protocols.macanv import macanv_routes
from ner.serving.protocols.presidio import presidio_routes
from ner.serving.service import Service

_PROTOCOLS = (
    label_studio_routes,
    doccano_routes,
    presidio_routes,
    hugging_face_routes,
    kserve_routes,
    bert_as_service_routes,
    macanv_routes,
)


def protocol_routes(service: Service) -> list[APIRouter]:
    """The routes of each protocol."""
    return [make(service) for make in _PROTOCOLS]
