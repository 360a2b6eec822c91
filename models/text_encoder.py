"""Text encoders: texts in, unit vectors out. `load_text_encoder` is the one door to them.

The weights of an encoder come inside an installed package or lie in a folder, so nothing is ever downloaded.
"""

from collections.abc import Callable, Sequence
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Protocol

import numpy as np


class TextEncoder(Protocol):
    """What turns texts into vectors: the same text gives the same vector, in whatever company it is encoded.

    (To the last bit only in the same company: sums of floats depend on how a batch is cut.)
    """

    @property
    def name(self) -> str:
        """The name under which `load_text_encoder` finds it and under which its vectors are kept."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of length 1, float32 `[texts, dimension]`, in the order of the texts."""


class UntrainableEncoderError(ValueError):
    """A text encoder was asked to learn that has no weights in Keras."""


class UnknownEncoderError(ValueError):
    """A text encoder was asked for that does not exist."""


def _load_minilm() -> TextEncoder:
    from models.minilm_encoder import MiniLmEncoder

    return MiniLmEncoder()


def _load_universal() -> TextEncoder:
    from models.universal_encoder import UniversalEncoder

    return UniversalEncoder()


def _load_e5() -> TextEncoder:
    from models.e5_encoder import E5Encoder

    return E5Encoder()


def _load_hashing() -> TextEncoder:
    from models.hashing_encoder import HashingEncoder

    return HashingEncoder()


def _load_folder(name: str) -> TextEncoder:
    from models.folder_encoder import FolderEncoder

    return FolderEncoder(_folder(name), name)


def _load_preset(name: str) -> TextEncoder:
    from models.preset_encoder import PresetEncoder

    return PresetEncoder(_folder(name), name)


def _folder(name: str) -> Path:
    return Path(name.partition(":")[2])


ENCODERS: dict[str, Callable[[], TextEncoder]] = {
    "use": _load_universal,
    "minilm": _load_minilm,
    "e5": _load_e5,
    "hashing": _load_hashing,
}
# and an absolute path, so that a name means one folder wherever it is read
FOLDERS: dict[str, Callable[[str], TextEncoder]] = {"hf:": _load_folder, "keras:": _load_preset}
WEIGHTS_AND_SETTINGS = ("*.json", "*.safetensors", "1_Pooling/*.json", "*.h5", "assets/**/*")


def _kind(name: str) -> str | None:
    """How the folder that a name means is kept; None if it means none."""
    return next((kind for kind in FOLDERS if name.startswith(f"{kind}/")), None)


def check_encoder_name(name: str) -> str:
    """The name, if there is such a text encoder.

    Raises:
        UnknownEncoderError: if there is none.
    """
    if name not in ENCODERS and not _kind(name):
        known = ", ".join(ENCODERS) + "".join(f" or {kind}/PATH/TO/FOLDER" for kind in FOLDERS)
        raise UnknownEncoderError(f"The text encoder has to be {known}; found {name!r}. Set `encoder` to one of them.")
    return name


def load_text_encoder(name: str) -> TextEncoder:
    """The text encoder of that name, with its weights loaded.

    Raises:
        UnknownEncoderError: if there is none.
    """
    kind = _kind(check_encoder_name(name))
    return FOLDERS[kind](name) if kind else ENCODERS[name]()


def fingerprint(name: str) -> str:
    """A hash of the weights and settings of an encoder that is a folder; of one that is a package its name."""
    if not _kind(check_encoder_name(name)):
        return name
    folder, digest = _folder(name), sha256()
    for path in sorted(path for pattern in WEIGHTS_AND_SETTINGS for path in folder.glob(pattern) if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as file:
            digest.update(file_digest(file, "sha256").digest())
    return digest.hexdigest()


def unit_length(vectors: np.ndarray) -> np.ndarray:
    """The rows scaled to length 1, as float32; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
