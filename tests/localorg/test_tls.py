import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from localorg.testing import start_org
from localorg.tls import tls_files


async def test_an_org_answers_by_https_to_whoever_trusts_its_certificate(aurora_seed: Path, tmp_path: Path) -> None:
    async with start_org("aurora", aurora_seed, tmp_path, options=["--tls"]) as org:
        assert org.url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(tmp_path / "tls-certificate.pem"))
        url = org.url.replace("127.0.0.1", "localhost")
        async with httpx2.AsyncClient(base_url=url, verify=trusting, trust_env=False) as client:
            answer = await client.get(
                "/services/data/v67.0", headers={"Authorization": f"Bearer {await org.access_token()}"}
            )
        assert answer.json()["identity"].startswith(f"{url}/id/00D")
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as stranger:
            with pytest.raises(httpx2.ConnectError):
                await stranger.get("/services/data")


def test_a_certificate_is_kept_until_its_end_is_near(tmp_path: Path) -> None:
    first = tls_files(tmp_path)
    made = first.certificate.read_bytes()
    assert stat.S_IMODE(first.key.stat().st_mode) == 0o600
    assert tls_files(tmp_path).certificate.read_bytes() == made
    assert tls_files(tmp_path, datetime.now(UTC) + timedelta(days=350)).certificate.read_bytes() != made
