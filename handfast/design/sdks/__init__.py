"""SDKs: clients of a contract in Python and TypeScript, written by generators, judged strictly, and packaged."""

from handfast.design.sdks.build import SDKS, build
from handfast.design.sdks.bundled import for_generators
from handfast.design.sdks.document import Events, for_sdks
from handfast.design.sdks.environment import SdkError, Tools, prepare

__all__ = ["SDKS", "Events", "SdkError", "Tools", "build", "for_generators", "for_sdks", "prepare"]
