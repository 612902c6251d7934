namespace Gateway.Bench;

/// <summary>A gateway that is measured.</summary>
internal sealed record Candidate(string Name, Server Process, Work Work, int WarmUpSeconds)
{
    internal bool Answers(Requests requests) => Work switch
    {
        Work.Sessions => true,
        Work.Forward => requests == Requests.Signed,
        _ => requests == Requests.Anonymous,
    };
}

/// <summary>What a candidate does.</summary>
internal enum Work
{
    /// <summary>Forwards what has a session, and refuses the rest.</summary>
    Sessions,

    /// <summary>Forwards everything.</summary>
    Forward,

    /// <summary>Refuses everything.</summary>
    Refuse,
}

/// <summary>What the clients send.</summary>
internal enum Requests
{
    /// <summary>A session in each, of a thousand in turn.</summary>
    Signed,

    /// <summary>No cookie.</summary>
    Anonymous,
}

/// <summary>
/// One run of load: rate, latencies in milliseconds, processor time of the gateway and Redis for each request, and the same over the
/// processor time of the clients, which hardly changes when the machine is slow.
/// </summary>
internal sealed record Measurement(double PerSecond, double P50, double P99, double Microseconds, double Cost)
{
    /// <summary>Of what was not measured.</summary>
    internal static Measurement None { get; } = new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
}
