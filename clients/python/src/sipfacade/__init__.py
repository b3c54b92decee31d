"""Client of sipfacade over gRPC. The messages are in sipfacade.v1."""

from ._version import __version__ as __version__
from .client import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT
from .client import Client as Client
from .client import service_config as service_config
from .failure import Failure as Failure
from .failure import Lookup as Lookup
from .failure import Resource as Resource
from .failure import Violation as Violation
from .failure import failure_of as failure_of
from .once import exactly_once as exactly_once
from .once import new_request_id as new_request_id
from .paging import list_all as list_all
