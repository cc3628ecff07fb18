"""What tests share: tolerances, harnesses that turn rows of cases into checks, the real Keras."""

import pytest

for _module in ("arrays", "layer_oracle", "layers", "primitives"):
    pytest.register_assert_rewrite(f"{__name__}.{_module}")
