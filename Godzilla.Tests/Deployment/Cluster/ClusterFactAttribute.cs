namespace Godzilla.Tests.Deployment.Cluster;

/// <summary>A test that makes network namespaces: as root on Linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ClusterFactAttribute : FactAttribute
{
    private static readonly string[] Programs = ["ip", "unshare", "nsenter", "setpriv", "redis-server"];

    public ClusterFactAttribute()
    {
        var folders = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':');
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Skip = "It makes network namespaces, which takes root on Linux";
        }
        else if (Programs.FirstOrDefault(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program)))) is { } missing)
        {
            Skip = $"{missing} is not installed";
        }
    }
}
