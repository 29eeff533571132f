from typing import Any

from channelengine_merchant_api_client.configuration import Configuration

class ApiClient:
    rest_client: object
    def __init__(self, configuration: Configuration) -> None: ...
    def call_api(self, resource_path: str, method: str, **given: Any) -> Any: ...
    def deserialize(
        self, response: object, response_type: tuple[type, ...], _check_type: bool
    ) -> Any: ...
