import re

import httpx2

from localorg.testing import RunningOrg

ATTACK = "<script>alert(1)</script>"


async def test_the_first_page_counts_the_records(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    page = await stranger.get("/")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert '<a href="/localorg/records/Case">Cases</a></td><td>Case</td><td>32</td>' in page.text


async def test_records_lead_to_one_record_and_on_to_its_parents(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    (case,) = await org.query("SELECT Id, ContactId FROM Case WHERE CaseNumber = '00001001'")
    listed = await stranger.get("/localorg/records/Case")
    assert f'<a href="/localorg/records/Case/{case["Id"]}">00001001</a>' in listed.text
    one = await stranger.get(f"/localorg/records/Case/{case['Id']}")
    assert "Nightly export stops at 40 percent" in one.text
    assert f'<a href="/localorg/records/Contact/{case["ContactId"]}">Dana Whitfield</a>' in one.text
    assert "Shipment__c has three formula fields" in one.text


async def test_mail_can_be_read(org: RunningOrg, api: httpx2.AsyncClient, stranger: httpx2.AsyncClient) -> None:
    assert "No mail has been sent yet." in (await stranger.get("/localorg/mail")).text
    mail = {"emailAddresses": "a@b.example", "emailSubject": "Your code", "emailBody": "Line one\nLine two"}
    await api.post("actions/standard/emailSimple", json={"inputs": [mail]})
    (sent,) = await org.mailbox()
    assert "Your code" in (await stranger.get("/localorg/mail", params={"to": "a@b.example"})).text
    assert "Line one\nLine two" in (await stranger.get(f"/localorg/mail/{sent.id}")).text


async def test_the_state_shows_the_faults_that_are_on(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    assert "None is on." in (await stranger.get("/localorg/state")).text
    await org.fault("lost_event", times=3, path_contains="<Case>")
    await stranger.post("/localorg/clock", json={"advance": 86_400})
    await stranger.post("/localorg/snapshots", json={"name": "kept"})
    page = (await stranger.get("/localorg/state")).text
    await stranger.delete("/localorg/snapshots/kept")
    assert "<td>kept</td>" in page
    assert "<td>lost_event</td><td>any</td><td>&lt;Case&gt;</td><td>3</td>" in page
    assert "1 day, 0:00:00" in page


async def test_what_a_record_says_is_shown_and_never_run(
    org: RunningOrg, api: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    case_id = (await api.post("sobjects/Case", json={"Subject": ATTACK, "Description": ATTACK})).json()["id"]
    for path in ("/localorg/records/Case", f"/localorg/records/Case/{case_id}"):
        page = await stranger.get(path)
        assert ATTACK not in page.text
        assert "&lt;script&gt;" in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


async def test_pages_that_are_not_there_are_not_found(stranger: httpx2.AsyncClient) -> None:
    for path in ("/localorg/records/Nothing", "/localorg/records/Case/500x", "/localorg/mail/99", "/localorg/nothing"):
        assert (await stranger.get(path)).status_code == 404
    record = await stranger.get("/localorg/records/Case/500000000000000AAA")
    assert "There is no such object or record" in record.text
    assert (await stranger.get("/localorg/reset-password", params={"token": "x"})).status_code == 410


async def test_every_object_and_its_records_have_a_page(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    first = (await stranger.get("/")).text
    for path in re.findall(r'href="(/localorg/records/\w+)"', first):
        listed = await stranger.get(path)
        assert listed.status_code == 200, path
        for record in re.findall(rf'href="({path}/\w+)"', listed.text)[:2]:
            assert (await stranger.get(record)).status_code == 200, record


async def test_records_are_searched_and_paged(
    org: RunningOrg, api: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    records = [{"attributes": {"type": "Contact"}, "LastName": f"Paged 100% {n:03}"} for n in range(120)]
    await api.post("composite/sobjects", json={"records": records})
    first = (await stranger.get("/localorg/records/Contact", params={"q": "paged 100% "})).text
    assert (first.count("Paged 100% "), first.count("Older →"), first.count("← Newest")) == (200, 1, 0)
    (older,) = re.findall(r'href="([^"]+)">Older', first)
    last = (await stranger.get(older.replace("&amp;", "&"))).text
    assert (last.count("Older →"), last.count("← Newest")) == (0, 1)
    assert "Paged 100% 000" in last
    assert "Paged 100% 119" not in last


async def test_a_search_without_result_says_so(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    page = await stranger.get("/localorg/records/Case", params={"q": ATTACK})
    assert "Nothing contains “&lt;script&gt;" in page.text
    assert "There are none yet." in (await stranger.get("/localorg/records/EmailMessage")).text
