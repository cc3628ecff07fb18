"""The checksum that checkpoints hold."""

from estikeras.primitives.checksums import masked_crc32c

__all__ = ["masked_crc32c"]
