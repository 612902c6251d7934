namespace Aspire.Hosting;

/// <summary>How an application is built.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The app host's command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>The app host's assembly, if it is not the one that was started.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>Whether no dashboard is started. Under Aspire.Hosting.Testing that is so unless the test says otherwise.</summary>
    public bool DisableDashboard { get; set; }
}
