"""What can go wrong with webhooks, grouped as `casewright.kit.errors` says."""

from casewright.kit.errors import Conflict, InvalidInput, NotFound


class WebhookNotFound(NotFound):
    """There is no such webhook in the tenant."""

    def __init__(self) -> None:
        super().__init__("There is no such webhook.")


class DeliveryNotFound(NotFound):
    """There is no such delivery in the tenant, or it is too old to be kept."""

    def __init__(self) -> None:
        super().__init__("There is no such delivery.")


class DeliveryNotDead(Conflict):
    """It was delivered, or is still tried by itself."""


class TooManyWebhooks(Conflict):
    """The tenant has as many as it may have."""


class AddressRefused(InvalidInput):
    """Nothing is sent there: not https, or inside a network that is none of the receiver's business."""
