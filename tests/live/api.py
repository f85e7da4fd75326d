"""A customer and an operator, as small clients of the public API."""

from typing import Any
from uuid import uuid4

import httpx2

from tests.running import RunningDemo


class Customer:
    """One conversation."""

    def __init__(self, demo: RunningDemo, tenant: int = 0, **body: Any) -> None:
        self.http = httpx2.Client(base_url=demo.url, timeout=60)
        opened = self.http.post("/v1/conversations", json=body, headers=bearer(demo.tenants[tenant].publishable_key))
        assert opened.status_code == 201, opened.text
        self.id, self.token = opened.json()["id"], opened.json()["token"]
        self.path = f"/v1/conversations/{self.id}"
        self.headers = bearer(self.token)

    def post(
        self, text: str, wait: float | None = 20, key: str | None = None, form: dict[str, str] | None = None
    ) -> httpx2.Response:
        return self.http.post(
            f"{self.path}/messages",
            params={} if wait is None else {"wait": wait},
            json={"text": text} if form is None else {"form": form},
            headers={**self.headers, "Idempotency-Key": key or str(uuid4())},
        )

    def say(self, text: str) -> dict[str, Any]:
        """The answer to a message; fails unless it came in time."""
        response = self.post(text)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert answer["status"] in ("replied", "human"), answer
        return answer

    def reply(self, text: str) -> str:
        return str((self.say(text)["reply"] or {"text": ""})["text"])

    def fill_in(self, **values: str) -> dict[str, Any]:
        """The reply to a form."""
        response = self.post("", form=values)
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()["reply"]
        return reply

    def transcript(self) -> dict[str, Any]:
        response = self.http.get(f"{self.path}/transcript", headers=self.headers)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found


class Desk:
    """A tenant's operator."""

    def __init__(self, demo: RunningDemo, tenant: int = 0) -> None:
        self.http = httpx2.Client(base_url=demo.url, timeout=30, headers=bearer(demo.tenants[tenant].operator_key))

    def get(self, path: str, **params: Any) -> httpx2.Response:
        return self.http.get(path, params=params)

    def post(self, path: str, body: dict[str, Any], key: str | None = None) -> httpx2.Response:
        return self.http.post(path, json=body, headers={"Idempotency-Key": key} if key else {})


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
