using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Tests;

/// <summary>A test that needs redis-server on this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute()
    {
        if (CommandPath.Find("redis-server") is null)
        {
            Skip = "redis-server is not installed (apt-get install redis-server).";
        }
    }
}

/// <summary>A test that needs a terminal, which util-linux's script makes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute()
    {
        if (CommandPath.Find("script") is null)
        {
            Skip = "script is not installed (apt-get install bsdutils).";
        }
    }
}
