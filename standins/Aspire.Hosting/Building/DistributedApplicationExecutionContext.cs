namespace Aspire.Hosting;

/// <summary>What the app host is asked to do.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>Run the application on this machine.</summary>
    Run = 0,

    /// <summary>Describe the application for another place.</summary>
    Publish = 1,
}

/// <summary>What the app host is asked to do.</summary>
public class DistributedApplicationExecutionContext
{
    /// <summary>Creates a context.</summary>
    public DistributedApplicationExecutionContext(DistributedApplicationOperation operation) => Operation = operation;

    /// <summary>What the app host is asked to do.</summary>
    public DistributedApplicationOperation Operation { get; }

    /// <summary>Whether it is to publish.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;

    /// <summary>Whether it is to run.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;
}
