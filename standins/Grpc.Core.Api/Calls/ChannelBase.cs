namespace Grpc.Core;

/// <summary>Connections to one server.</summary>
public abstract class ChannelBase
{
    /// <summary>A channel to <paramref name="target"/>.</summary>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>The server's name and port.</summary>
    public string Target { get; }

    /// <summary>What makes calls over the channel.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the connections.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>Ends the connections; unless overridden there is nothing to do.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
