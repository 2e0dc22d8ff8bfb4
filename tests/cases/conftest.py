from tests.channels import channels_file

__all__ = ["channels_file"]
