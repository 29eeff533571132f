"""What is published about the API, made from its own tables: OpenAPI, AsyncAPI, pages."""
