"""Public name -> "module:object". Written by scripts/names; do not edit."""

NAMES = {
    "Tensor": "estikeras.engine.tensor:Tensor",
}
