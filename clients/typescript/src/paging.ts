/** A request of a list. */
interface ListRequest {
  pageToken?: string;
}

/** An answer of a list. */
interface ListResponse {
  nextPageToken: string;
}

/**
 * Reads a list to its end, page after page, as they are needed:
 *
 *     for await (const app of listAll(clients.sipApps.listSipApps, { filter }, (page) => page.sipApps))
 */
export async function* listAll<Request extends ListRequest, Response extends ListResponse, Item>(
  list: (request: Request) => Promise<Response>,
  request: Request,
  items: (page: Response) => Iterable<Item>,
): AsyncGenerator<Item, void, undefined> {
  let pageToken = request.pageToken ?? "";
  do {
    const page: Response = await list({ ...request, pageToken });
    yield* items(page);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}
