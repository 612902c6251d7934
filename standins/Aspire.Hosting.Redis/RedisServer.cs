using System.Globalization;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Redis;

/// <summary>Keeps a server's data, in a folder of the application's data folder or anywhere.</summary>
internal sealed record RedisDataAnnotation(string Folder, bool IsReadOnly) : IResourceAnnotation;

/// <summary>Writes a server's data to disk.</summary>
internal sealed record RedisPersistenceAnnotation(TimeSpan Interval, long KeysChangedThreshold) : IResourceAnnotation;

/// <summary>How a Redis server is started as a plain process, on the loopback only.</summary>
internal static class RedisServer
{
    private const string Executable = "redis-server";

    public static async Task<Launch> CreateLaunchAsync(RedisResource redis, LaunchContext context)
    {
        if (CommandPath.Find(Executable) is null)
        {
            throw new DistributedApplicationException($"{Executable} was not found; install it with: apt-get install redis-server");
        }

        var data = redis.Annotations.OfType<RedisDataAnnotation>().LastOrDefault();
        var persistence = redis.Annotations.OfType<RedisPersistenceAnnotation>().LastOrDefault();
        var folder = context.DataFolder.CreateFolder(data?.Folder ?? redis.Name);

        var configuration = new StringBuilder();
        Add("bind", "127.0.0.1 -::1");
        Add("protected-mode", "yes");
        Add("port", context.TargetPort(RedisResource.EndpointName).ToString(CultureInfo.InvariantCulture));
        Add("daemonize", "no");
        Add("dir", Quote(folder));

        // Only warnings, so that the console stays readable.
        Add("always-show-logo", "no");
        Add("loglevel", "warning");
        if (persistence is null)
        {
            Add("save", "\"\"");
            Add("appendonly", "no");
        }
        else
        {
            Add("save", string.Create(CultureInfo.InvariantCulture, $"{(long)persistence.Interval.TotalSeconds} {persistence.KeysChangedThreshold}"));
            Add("appendonly", data is { IsReadOnly: false } ? "yes" : "no");
            Add("appendfsync", "everysec");
        }

        Add("requirepass", Quote((await redis.PasswordParameter!.GetValueAsync(context.CancellationToken))!));

        // The configuration has the password in it, so it goes through a pipe and is neither on the command line nor on disk.
        return new Launch(Executable, ["-", .. context.Arguments], folder, configuration.ToString());

        void Add(string key, string value) => configuration.Append(key).Append(' ').Append(value).Append('\n');
    }

    private static string Quote(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (var b in Encoding.UTF8.GetBytes(value))
        {
            quoted.Append(b is (byte)'"' or (byte)'\\' ? $"\\{(char)b}" : b is >= 0x20 and < 0x7f ? $"{(char)b}" : $"\\x{b:x2}");
        }

        return quoted.Append('"').ToString();
    }
}
