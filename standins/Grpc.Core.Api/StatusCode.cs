namespace Grpc.Core;

/// <summary>How a call ended. Numbers and meaning: https://grpc.io/docs/guides/status-codes/.</summary>
public enum StatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>Ended by whoever made the call.</summary>
    Cancelled = 1,

    /// <summary>An error that nobody gave a code.</summary>
    Unknown = 2,

    /// <summary>The request is wrong, whatever state the system is in.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed first; the call may have had its effect all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>There is no such thing.</summary>
    NotFound = 5,

    /// <summary>What was to be created is there already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not.</summary>
    PermissionDenied = 7,

    /// <summary>The caller is not known.</summary>
    Unauthenticated = 16,

    /// <summary>A quota or some space is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the request needs; the same request will not help.</summary>
    FailedPrecondition = 9,

    /// <summary>Lost to a concurrent change; to be tried again from the start.</summary>
    Aborted = 10,

    /// <summary>Past the end of what there is.</summary>
    OutOfRange = 11,

    /// <summary>The server has no such method.</summary>
    Unimplemented = 12,

    /// <summary>Something that must hold did not.</summary>
    Internal = 13,

    /// <summary>Not reachable for now; to be tried again.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or broken for good.</summary>
    DataLoss = 15,
}
