from typing import Any

from channelengine_merchant_api_client.api_client import ApiClient

class OrderApi:
    def __init__(self, api_client: ApiClient) -> None: ...
    def order_get_by_filter(self, **given: Any) -> Any: ...
