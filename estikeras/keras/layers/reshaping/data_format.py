"""Where the channels are."""

from estikeras import errors, settings


def standardize(data_format):
    """The format by its name; None is the setting of
    `keras.config.image_data_format`.

    Raises:
        ValueError: for anything else.
    """
    data_format = settings.image_data_format() if data_format is None else str(data_format).lower()
    if data_format not in ("channels_last", "channels_first"):
        raise errors.invalid(
            "data_format", got=data_format, expected="'channels_last' or 'channels_first'"
        )
    return data_format
