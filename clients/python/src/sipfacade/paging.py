"""Lists, read to their end."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Protocol, TypeVar


class ListRequest(Protocol):
    """A request of a list."""

    page_token: str


class ListResponse(Protocol):
    """An answer of a list."""

    @property
    def next_page_token(self) -> str: ...


Request = TypeVar("Request", bound=ListRequest)
Response = TypeVar("Response", bound=ListResponse)
Item = TypeVar("Item")


def list_all(
    method: Callable[[Request], Response],
    request: Request,
    items: Callable[[Response], Iterable[Item]],
) -> Iterator[Item]:
    """Reads a list to its end, page after page, as they are needed.

    for app in list_all(client.sip_apps.ListSipApps, request, lambda page: page.sip_apps): ...
    """
    wanted = deepcopy(request)
    while True:
        page = method(wanted)
        yield from items(page)
        if not page.next_page_token:
            return
        wanted.page_token = page.next_page_token
