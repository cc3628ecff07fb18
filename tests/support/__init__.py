"""What tests share: tolerances, harnesses that turn rows of cases into checks, the real Keras."""
