"""What can go wrong, in the words of the domain. A docstring is its class's message."""

from __future__ import annotations


class MemsvcError(Exception):
    """Something went wrong."""

    def __init__(
        self, *, field: str = "", retry_seconds: float | None = None, **details: str
    ) -> None:
        """Name the request's *field* at fault, if there is one, and further *details*.

        *retry_seconds* say when coming back may help, where that is known.
        """
        super().__init__(type(self).__doc__)
        self.field = field
        self.retry_seconds = retry_seconds
        self.details = details

    @property
    def message(self) -> str:
        """The sentence that a caller may read."""
        return str(self)


class InvalidFields(MemsvcError):
    """The request breaks a rule of the contract."""

    def __init__(self, violations: list[tuple[str, str]]) -> None:
        """List the *violations* as pairs of a field's path and what is wrong with it."""
        super().__init__(field=violations[0][0])
        self.violations = violations


class MalformedMessage(MemsvcError):
    """The request is not a valid message of its type, or holds invalid UTF-8."""


class NulByte(MemsvcError):
    """A string holds the character U+0000."""


class SecretFound(MemsvcError):
    """The field holds a secret, and such writes are blocked."""


class TextRejected(MemsvcError):
    """The write guard takes the field for an attempt to plant instructions."""


class InvalidPageToken(MemsvcError):
    """The page token was not made for this request."""


class QueryTooComplex(MemsvcError):
    """The query has too many terms."""


class MemoryNotFound(MemsvcError):
    """There is no such memory."""


class ConversationNotFound(MemsvcError):
    """There is no such conversation."""


class MessageNotFound(MemsvcError):
    """There is no such message."""


class ProjectNotFound(MemsvcError):
    """There is no such project."""


class ProjectRoleMissing(MemsvcError):
    """The user's role in the project does not allow this."""


class JobNotFound(MemsvcError):
    """There is no such job."""


class JobNotDead(MemsvcError):
    """Only a dead job can be queued again."""


class UserErased(MemsvcError):
    """The user was erased and is not remembered any more."""


class ErasureUnderWay(MemsvcError):
    """Rows of the user are still being removed."""


class UserHeld(MemsvcError):
    """The user's memories are held and cannot be erased."""


class RuleNotFound(MemsvcError):
    """There is no such rule."""


class NoAnswer(MemsvcError):
    """A language model gave no answer."""

    @property
    def message(self) -> str:
        """The sentence that a caller may read, with the provider and the class of its failure if they are told."""
        told = [self.details[name] for name in ("provider", "reason_class") if name in self.details]
        return f"{str(self).rstrip('.')} ({': '.join(told)})." if told else str(self)


class ModelBusy(NoAnswer):
    """The language model takes no more calls for now."""


class ModelUnavailable(NoAnswer):
    """The language model cannot be reached or failed."""


class ModelRefused(NoAnswer):
    """The language model refuses the request, or its replies are of no use."""


class ProviderNotConfigured(MemsvcError):
    """The server has no provider for this."""

    def __init__(self, *, setting: str, field: str = "") -> None:
        """Name the *setting* that would name a provider."""
        super().__init__(field=field, setting=setting)

    @property
    def message(self) -> str:
        """The sentence that a caller may read."""
        return f"The server has no provider for this: its setting {self.details['setting']} would name one."


class ProviderNotFound(MemsvcError):
    """There is no such provider for chats."""


class ModelNotFound(MemsvcError):
    """The provider does not offer this model here."""


class AnswerTruncated(MemsvcError):
    """The language model broke off in the middle of its answer."""


class ChatTakenOver(MemsvcError):
    """Another call with the same request_id has taken over this turn."""


class RequestIdReused(MemsvcError):
    """The request_id was used before with a different request."""


class EtagMismatch(MemsvcError):
    """It has changed since the etag was read."""


class WriteConflict(MemsvcError):
    """Another writer held the rows for too long."""


class RevisionNotReached(MemsvcError):
    """The revision is not in reach yet."""


class CredentialInvalid(MemsvcError):
    """A valid credential is needed."""


class ScopeMissing(MemsvcError):
    """The credential does not allow this."""


class AccountRequired(MemsvcError):
    """Only an account can do this, and the caller is none."""


class TooManyFailures(MemsvcError):
    """Too many credentials from this address were not valid."""


class UserNotFound(MemsvcError):
    """There is no such user."""


class PersonaNotFound(MemsvcError):
    """There is no such persona."""


class PersonaBuiltIn(MemsvcError):
    """A built-in persona cannot be changed, deleted or replaced; a copy can."""


class PersonaIdTaken(MemsvcError):
    """There is a persona with this id already."""


class ApiKeyNotFound(MemsvcError):
    """There is no such API key."""


class LoginTaken(MemsvcError):
    """There is an account with this login already."""


class RegistrationClosed(MemsvcError):
    """An account can only be had by invitation."""


class NotImplementedYet(MemsvcError):
    """This server does not do that yet."""


class DeadlineExceeded(MemsvcError):
    """The call's time was over before an answer was ready."""


class Overloaded(MemsvcError):
    """The server has more work than it can finish in time."""


class RateLimited(MemsvcError):
    """The tenant's calls come faster than it is entitled to."""


class QuotaExceeded(MemsvcError):
    """The tenant has used up a quota."""


class StorageUnavailable(MemsvcError):
    """The database cannot be reached."""


class StorageFull(MemsvcError):
    """The database has no room left."""


class StorageDamaged(MemsvcError):
    """The database reports damaged data."""


class InvalidText(MemsvcError):
    """The database cannot store or search this text."""
