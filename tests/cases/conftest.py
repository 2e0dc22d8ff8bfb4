from tests.channels import channels_file, gateway, mail

__all__ = ["channels_file", "gateway", "mail"]
