"""Bodies of forms with files: what ended in the middle is refused as a whole."""

from io import BytesIO
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParserError


class Tail:
    """A stream that remembers its last bytes."""

    def __init__(self, stream: Any, length: int) -> None:  # noqa: ANN401 -- whatever the server reads from
        self.stream, self.length, self.end = stream, length, b""

    def read(self, *size: int) -> bytes:
        data: bytes = self.stream.read(*size)
        self.end = (self.end + data[-self.length :])[-self.length :]
        return data

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- the stream's own
        return getattr(self.stream, name)


class WholeBodies(FileUploadHandler):
    """Django leaves out a file whose end never came and goes on with the rest; here all is refused (400).

    Half a report would else become a case, and the second press, with the photo, would count as done.
    """

    def handle_raw_input(self, input_data: Any, *rest: Any, **more: Any) -> None:  # noqa: ANN401, ARG002
        """`input_data` is the request, or its body if that was read; the third of `rest` is the boundary."""
        self.closing = b"--" + rest[2] + b"--"
        length = len(self.closing) + 64  # a line break, or a few words, may follow
        if isinstance(input_data, BytesIO):
            self.tail = Tail(BytesIO(), length)
            self.tail.end = input_data.getvalue()[-length:]
        else:
            self.tail = Tail(input_data._stream, length)  # noqa: SLF001 -- the one place all of it passes
            input_data._stream = self.tail  # noqa: SLF001

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 -- Django's signature
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 -- the next handler makes it
        return None

    def upload_complete(self) -> None:
        if self.closing not in self.tail.end:
            raise MultiPartParserError("The body ended before its closing boundary.")
