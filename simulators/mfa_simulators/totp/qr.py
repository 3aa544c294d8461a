"""QR codes: drawn by one library and read by another, so that a drawing is judged by a stranger."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from mfa_simulators.totp.otpauth import TotpUriError

_MODULE_PIXELS: Final = 8
_LARGEST_PICTURE: Final = 32 * 2**20
INSTALL_HINT: Final = "reading a QR code needs two more packages: pip install 'mfa-harness[qr]'"


def draw(text: str) -> bytes:
    """The QR code of a text, as a PNG picture with the quiet zone around it.

    Raises:
        TotpUriError: the text is longer than a QR code holds (2,331 bytes at error correction M).
    """
    import segno  # noqa: PLC0415 - only who draws pays for it

    try:
        code = segno.make(text, micro=False, error="m", boost_error=False)
    except segno.DataOverflowError as error:
        raise TotpUriError(f"no QR code holds a URI of {len(text)} characters: shorten its label") from error
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=_MODULE_PIXELS)
    return picture.getvalue()


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_LARGEST_PICTURE + 1)
    if len(data) > _LARGEST_PICTURE:
        raise TotpUriError(
            f"{path} is larger than {_LARGEST_PICTURE // 2**20} MiB: no picture of a QR code is"
        )
    return data


def read(picture: str | Path | bytes) -> str:
    """The text of the one QR code in a picture.

    Args:
        picture: the path of an image file, or the file's bytes (PNG, JPEG, WebP, ...).

    Raises:
        ImportError: zxing-cpp or pillow is not installed; the message says how to install them.
        OSError: the file cannot be opened.
        TotpUriError: not an image, or not exactly one QR code in it.
    """
    try:
        import zxingcpp  # noqa: PLC0415 - an extra: only who scans pays for it
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415
    except ImportError as error:
        raise ImportError(INSTALL_HINT) from error

    name = "the picture" if isinstance(picture, bytes) else str(picture)
    data = picture if isinstance(picture, bytes) else _bytes_of(Path(picture))
    try:
        # On white: a transparent background would be read as black on black.
        image = Image.open(io.BytesIO(data)).convert("RGBA")
    except UnidentifiedImageError as error:
        raise TotpUriError(f"{name} is no image: expected a PNG, JPEG or WebP file") from error
    except Exception as error:  # readers of hostile pictures raise whatever they like
        raise TotpUriError(f"{name} is no image that can be read: {error}") from error
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    found = {
        code.text
        for code in zxingcpp.read_barcodes(
            paper.convert("L"),
            formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
            text_mode=zxingcpp.TextMode.Plain,
        )
    }
    if not found:
        raise TotpUriError(f"no QR code is found in {name}: is it whole, sharp and with a white margin?")
    if len(found) > 1:
        raise TotpUriError(f"{len(found)} QR codes are found in {name}: expected one; cut the others off")
    return found.pop()
