"""The whole journey in a real browser, on a narrow screen and on a wide one.

A complaint is taken on the phone, sent, read at the desk, asked about, answered on the phone, and the answer
is read at the desk. A picture of every step is kept under build/screens for people to look at.
"""

from __future__ import annotations

import re

from tests.browser.conftest import Outside
from tests.browser.pane import until
from tests.browser.table import Table

WORDS = "তিন মাসের বেতন পাইনি। Three months of wages are owed."
QUESTION = "Which months? কোন মাস?"
ANSWER = "January, February and March."
ANSWERED = re.compile("answered (today|yesterday)")  # midnight may come between


def test_a_newcomer_makes_the_whole_journey(table: Table, outside: Outside) -> None:
    code = take_a_complaint(table)
    send(table)
    read_at_the_desk(table, code)
    ask(table)
    answer(table)
    read_the_answer(table, code)
    assert outside.reached == []


def test_a_phone_that_was_locked_opens_with_its_passphrase_only(table: Table) -> None:
    phone = table.at("phone")
    phone.tap("Lock")
    phone.field("Passphrase").wait_for()
    assert not phone.button("New complaint").count()
    table.write(phone, "Passphrase", "not the right passphrase")
    phone.tap("Open")
    phone.see("That did not open it.")
    table.picture("not-opened")
    table.write(phone, "Passphrase", table.page.locator("#passphrase-phone").text_content() or "")
    phone.tap("Open")
    phone.button("New complaint").wait_for()


def take_a_complaint(table: Table) -> str:
    phone = table.at("phone")
    table.picture("start")
    phone.tap("New complaint")
    phone.see("Can we talk here?")
    table.picture("safe")
    phone.tap("Yes, we can talk")
    phone.see("May I write this down?")
    phone.tap(re.compile("^Yes"))
    phone.see("Is anyone in danger now?")
    table.picture("danger")
    phone.tap("No, we are safe")
    phone.see("What happened?")
    table.write(phone, "Her words", WORDS)
    table.picture("words")
    phone.tap("Next")
    phone.see("What would make it right?")
    table.write(phone, "What she wants", "To be paid.")
    phone.tap("Next")
    phone.see("Where does she work?")
    table.write(phone, "Name of the workplace", "Padma Knit")
    table.picture("where")
    phone.tap("Next")
    phone.see("When was it?")
    table.picture("when")
    phone.tap("Does not know")
    phone.see("What is it about?")
    table.picture("issues")
    phone.tap("Next")
    phone.see("Still owed")
    table.picture("wages")
    phone.tap("Next")
    phone.see("Does it concern others too?")
    phone.tap("Next")
    phone.see("What does she have at hand?")
    table.picture("evidence")
    phone.tap("Payslip")
    phone.tap("Next")
    phone.see("Could someone make trouble for her?")
    phone.tap("Next")
    phone.see("Read it back, then ask")
    phone.tap(re.compile("May we keep this.*: Yes"))
    phone.tap(re.compile("May our people work on it.*: Yes"))
    table.picture("read-back")
    phone.tap("Next")
    phone.see("How can we reach her safely?")
    phone.tap("Only through me")
    phone.tap("Next")
    phone.see("Her number")
    spoken = phone.frame.get_by_text(re.compile(r"^\d \d \d, \d \d \d \d, \d$")).first.inner_text()
    table.picture("number")
    phone.tap("Finish")
    phone.see("It is locked now.")
    table.picture("finished")
    phone.tap("To the start")
    digits = re.sub(r"\D", "", spoken)
    return f"{digits[:3]}-{digits[3:7]}-{digits[7]}"


def send(table: Table) -> None:
    phone = table.at("phone")
    phone.tap("Waiting")
    phone.see("On this phone, locked")
    table.picture("waiting")
    phone.tap("Send now")
    phone.see("Sent. Nothing waits here.")
    table.picture("sent")


def read_at_the_desk(table: Table, code: str) -> None:
    desk = table.at("desk")
    table.picture("inbox-before")
    until(lambda: desk.tap("Sync now"), lambda: desk.button(re.compile(code)))
    desk.tap(re.compile(code))
    table.picture("inbox")
    if not table.narrow:
        desk.tap("Read it all")
    desk.see("As it was told")
    desk.see(re.compile(" ".join(code.split("-")[1])))
    table.picture("complaint")


def ask(table: Table) -> None:
    desk = table.at("desk")
    table.write(desk, re.compile("A question for"), QUESTION)
    table.picture("question")
    desk.tap("Ask")
    desk.see(re.compile("no answer yet"))


def answer(table: Table) -> None:
    def fetch() -> None:
        """The desk's question leaves with one of its sessions, and comes with a later one of the phone's."""
        table.at("desk").tap("Sync now")
        phone = table.at("phone")
        phone.tap("Waiting")
        phone.tap("Send now")
        phone.button("Send now").wait_for()  # there again when it is sent
        phone.tap("Start")

    phone = table.phone
    until(fetch, lambda: phone.button(re.compile("A question for you, About")))
    table.picture("question-for-you")
    phone.tap(re.compile("A question for you"))
    phone.tap(re.compile("^About"))
    assert phone.reads(QUESTION)
    table.write(phone, "What she says", ANSWER)
    table.picture("answer")
    phone.tap("Finish")
    phone.see("No question waits for you.")
    phone.tap("Back")
    phone.tap("Waiting")
    phone.tap("Send now")
    phone.see("Sent. Nothing waits here.")


def read_the_answer(table: Table, code: str) -> None:
    desk = table.at("desk")
    until(lambda: desk.tap("Sync now"), lambda: desk.frame.get_by_text(ANSWERED))
    desk.see(re.compile("Blue-7 " + ANSWERED.pattern))
    table.picture("answered")
