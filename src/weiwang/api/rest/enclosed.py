"""Pictures and papers inside the JSON of a program."""

import base64
import binascii
from collections.abc import Sequence

from weiwang.api.rest.case_shapes import PHOTO
from weiwang.api.rest.problems import ApiError
from weiwang.kernel.papers import CleanPaper, clean_paper
from weiwang.kernel.pictures import CleanPicture, clean_picture


def pictures(texts: Sequence[str]) -> list[CleanPicture]:
    if any(len(text) > PHOTO for text in texts):
        raise ApiError("photo.too_large")
    return [clean_picture(_bytes(text, "photo.base64")) for text in texts]


def papers(texts: Sequence[str]) -> list[CleanPaper]:
    return [clean_paper(_bytes(text, "paper.base64")) for text in texts]


def _bytes(text: str, fault: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApiError(fault) from error
