namespace Grpc.Core;

/// <summary>A channel's state: https://github.com/grpc/grpc/blob/master/doc/connectivity-semantics-and-api.md.</summary>
public enum ConnectivityState
{
    /// <summary>Not connected, and not trying to be.</summary>
    Idle,

    /// <summary>About to be connected.</summary>
    Connecting,

    /// <summary>Connected.</summary>
    Ready,

    /// <summary>Failed to connect, and about to try again.</summary>
    TransientFailure,

    /// <summary>Ended for good.</summary>
    Shutdown,
}
