"""Signing in and out. Who may, somebody else knows: this is the form, the cookie and where one goes on."""

import re
from typing import Any, Final, Protocol

from flask import Blueprint, Response, redirect, request, url_for

from projections.api.errors import refuse
from projections.pages.shell import ROOT, SESSION_COOKIE, is_own_form, page, set_cookie
from schemas.refusal_codes import refusal

_OURS: Final = re.compile(ROOT + r"/[A-Za-z0-9/_.?=&%:+-]*")
"""Where one may go on after signing in: nowhere but to our own pages."""


class Door(Protocol):
    """Knows the accounts."""

    def sign_in(self, user_id: str, password: str, code: str) -> str | None:
        """The secret of a new session, None where there is no entrance. Raises ViewUnavailable."""
        ...

    def sign_out(self, secret: str) -> None:
        """End a session. Raises ViewUnavailable."""
        ...


def add_sign_in(blueprint: Blueprint, door: Door) -> None:
    """The form, and what becomes of it."""

    @blueprint.get("/sign-in")
    def sign_in_form() -> Response:
        return page("sign_in.html", then=request.args.get("then", ""))

    @blueprint.post("/sign-in")
    def sign_in() -> Any:
        form, then = request.form, request.form.get("then", "")
        _require_own_form()
        secret = door.sign_in(form.get("user", "").strip(), form.get("password", ""), form.get("code", "").strip())
        if secret is None:
            told = refusal("E-SIGN-IN").describe(request.environ["HTTP_ACCEPT_LANGUAGE"], {})
            return page("sign_in.html", 401, then=then, failed=told)
        response = redirect(then if _OURS.fullmatch(then) else url_for("pages.overview"), 303)
        set_cookie(response, SESSION_COOKIE, secret)  # type: ignore[arg-type]
        return response

    @blueprint.post("/sign-out")
    def sign_out() -> Any:
        _require_own_form()
        door.sign_out(request.cookies.get(SESSION_COOKIE, ""))
        response = redirect(url_for("pages.sign_in_form"), 303)
        response.delete_cookie(SESSION_COOKIE, path=ROOT)
        return response


def _require_own_form() -> None:
    """Raises QueryRefused (E-PAGE-STALE)."""
    if not is_own_form():
        refuse("E-PAGE-STALE")
