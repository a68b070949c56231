"""The local pages in a real browser: they open, and nothing they load comes from or goes to elsewhere."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator

import flet as ft
import pytest
from playwright.sync_api import Browser, Page, Request

from app.screens.host import WebHost
from tests.browser.conftest import Outside
from tests.browser.pane import PATIENCE_MS


@pytest.fixture(scope="module")
def host() -> Iterator[WebHost]:
    def main(page: ft.Page) -> None:
        page.add(ft.Text("A quilt of cotton", semantics_label="A quilt of cotton"))

    running = WebHost(main)
    thread = threading.Thread(target=lambda: asyncio.run(running.serve()), daemon=True)
    thread.start()
    yield running
    running.stop()
    thread.join(10)
    logging.disable(logging.NOTSET)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_the_printed_address_shows_the_app_and_the_secret_leaves_the_address_bar(
    host: WebHost, page: Page
) -> None:
    page.goto(host.address)
    page.locator("flt-semantics-placeholder").wait_for(state="attached")
    page.locator("flt-semantics-placeholder").evaluate("element => element.click()")
    page.get_by_text("A quilt of cotton").first.wait_for(state="attached")
    assert page.url == f"http://127.0.0.1:{host.port}/"
    assert page.evaluate("document.cookie") == ""


def test_no_request_leaves_the_origin(host: WebHost, page: Page, outside: Outside) -> None:
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(host.address)
    page.locator("flt-semantics-placeholder").wait_for(state="attached")
    page.wait_for_timeout(3_000)
    own = f"http://127.0.0.1:{host.port}/"
    urls = [request.url for request in finished]
    assert len(urls) > 5
    assert [url for url in urls if not url.startswith((own, "data:", "blob:"))] == []
    assert outside.reached == []


def test_a_page_that_did_ask_elsewhere_would_be_noticed(page: Page, outside: Outside) -> None:
    page.set_content('<img src="http://elsewhere.example/a.png">')
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not any("elsewhere.example" in line for line in outside.reached):
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)
    outside.forget()


def test_an_address_without_the_secret_shows_a_sentence(host: WebHost, page: Page) -> None:
    page.goto(f"http://127.0.0.1:{host.port}/")
    assert "This page is shut." in page.inner_text("body")


def test_an_address_with_a_wrong_secret_says_so_in_three_languages(host: WebHost, page: Page) -> None:
    page.goto(f"http://127.0.0.1:{host.port}/enter#wrong")
    page.get_by_text("This address opens nothing.").wait_for()
    assert page.locator("p[lang=bn]").is_visible()
    assert page.locator("p[lang=km]").is_visible()
