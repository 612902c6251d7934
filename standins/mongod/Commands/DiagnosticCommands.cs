using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Mongod.Wire;
using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>What drivers, shells and people ask about a server, and the sessions that it grants.</summary>
internal sealed class DiagnosticCommands(ServerOptions options, AuthenticationCommands authentication, ConnectionCounts connections, TimeProvider time)
{
    // The newest version with wire version 21.
    private const string Version = "7.0.0";

    private readonly long _started = time.GetTimestamp();

    internal IEnumerable<KeyValuePair<string, CommandHandler>> Create(Func<IEnumerable<string>> commandNames) =>
    [
        Answer("ping", _ => []),
        Answer("buildInfo", _ => BuildInfo()),
        Answer("buildinfo", _ => BuildInfo()),
        Answer("serverStatus", _ => ServerStatus()),
        Answer("hostInfo", _ => HostInfo()),
        Answer("getParameter", GetParameter),
        Answer("connectionStatus", ConnectionStatus),
        Answer("startSession", _ => StartSession()),
        Answer("endSessions", _ => []),
        Answer("refreshSessions", _ => []),
        Answer("killSessions", _ => []),
        Answer("killAllSessions", _ => []),
        Answer("whatsmyuri", command => new BsonDocument("you", command.Client.Remote)),
        Answer("getLog", GetLog),
        Answer("getCmdLineOpts", _ => GetCommandLine()),
        Answer("fsync", Fsync),
        Answer("listCommands", _ => ListCommands(commandNames())),
    ];

    private static KeyValuePair<string, CommandHandler> Answer(string name, Func<Command, BsonDocument> answer) =>
        new(name, (command, _) => new ValueTask<BsonDocument>(answer(command)));

    private static BsonDocument BuildInfo() => new()
    {
        { "version", Version },
        { "gitVersion", "" },
        { "modules", new BsonArray { "godzilla" } },
        { "allocator", "system" },
        { "javascriptEngine", "none" },
        { "sysInfo", "deprecated" },
        { "versionArray", new BsonArray { 7, 0, 0, 0 } },
        { "bits", 64 },
        { "debug", false },
        { "maxBsonObjectSize", WireLimits.MaxDocumentLength },
        { "storageEngines", new BsonArray { "sqlite" } },
    };

    private BsonDocument ServerStatus()
    {
        using var process = Process.GetCurrentProcess();
        var uptime = time.GetElapsedTime(_started);
        const long MiB = 1024 * 1024;
        return new BsonDocument
        {
            { "host", Dns.GetHostName() },
            { "version", Version },
            { "process", "mongod" },
            { "pid", (long)Environment.ProcessId },
            { "uptime", uptime.TotalSeconds },
            { "uptimeMillis", (long)uptime.TotalMilliseconds },
            { "uptimeEstimate", (long)uptime.TotalSeconds },
            { "localTime", time.GetUtcNow().UtcDateTime },
            {
                "connections", new BsonDocument
                {
                    { "current", connections.Current },
                    { "available", options.MaxConnections - connections.Current },
                    { "totalCreated", connections.Total },
                    { "rejected", connections.Rejected },
                }
            },
            { "mem", new BsonDocument { { "bits", 64 }, { "resident", (int)(process.WorkingSet64 / MiB) }, { "virtual", (int)(process.VirtualMemorySize64 / MiB) }, { "supported", true } } },
            { "storageEngine", new BsonDocument { { "name", "sqlite" }, { "persistent", true }, { "readOnly", false } } },
        };
    }

    private BsonDocument HostInfo() => new()
    {
        {
            "system", new BsonDocument
            {
                { "currentTime", time.GetUtcNow().UtcDateTime },
                { "hostname", Dns.GetHostName() },
                { "cpuAddrSize", 64 },
                { "memSizeMB", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024) },
                { "numCores", Environment.ProcessorCount },
                { "cpuArch", RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant() },
            }
        },
        { "os", new BsonDocument { { "type", OperatingSystem.IsLinux() ? "Linux" : "Other" }, { "name", RuntimeInformation.OSDescription }, { "version", Environment.OSVersion.Version.ToString() } } },
        { "extra", new BsonDocument() },
    };

    private BsonDocument GetParameter(Command command)
    {
        var parameters = new BsonDocument
        {
            { "featureCompatibilityVersion", new BsonDocument("version", "7.0") },
            { "authenticationMechanisms", new BsonArray { AuthenticationCommands.Mechanism } },
            { "maxIncomingConnections", options.MaxConnections },
        };
        var asked = command.Body.GetElement(0).Value;
        if (asked == "*" || (asked is BsonDocument document && document.GetValue("allParameters", BsonBoolean.False).ToBoolean()))
        {
            return parameters;
        }

        var reply = new BsonDocument();
        foreach (var name in command.Body.Names.Skip(1))
        {
            if (parameters.TryGetValue(name, out var value))
            {
                reply[name] = value;
            }
        }

        return reply.ElementCount > 0 ? reply : throw new CommandException(72, "InvalidOptions", "no option found to get");
    }

    private static BsonDocument ConnectionStatus(Command command)
    {
        var users = new BsonArray();
        var roles = new BsonArray();
        if (command.Client.User is { } user)
        {
            users.Add(new BsonDocument { { "user", user }, { "db", "admin" } });
            roles.Add(new BsonDocument { { "role", "root" }, { "db", "admin" } });
        }

        return new BsonDocument("authInfo", new BsonDocument { { "authenticatedUsers", users }, { "authenticatedUserRoles", roles } });
    }

    private static BsonDocument StartSession() => new()
    {
        { "id", new BsonDocument("id", new BsonBinaryData(Guid.NewGuid(), GuidRepresentation.Standard)) },
        { "timeoutMinutes", 30 },
    };

    private static BsonDocument GetLog(Command command)
    {
        if (command.Body.GetElement(0).Value is not BsonString asked)
        {
            throw new CommandException(14, "TypeMismatch", "Argument to getLog must be of type String");
        }

        return asked.Value switch
        {
            "*" => new BsonDocument("names", new BsonArray { "global", "startupWarnings" }),
            // The log goes to standard output and is not kept.
            "global" or "startupWarnings" => new BsonDocument { { "totalLinesWritten", 0 }, { "log", new BsonArray() } },
            _ => throw new CommandException(96, "OperationFailed", $"No log named '{asked.Value}'"),
        };
    }

    private BsonDocument GetCommandLine()
    {
        var parsed = new BsonDocument
        {
            { "net", new BsonDocument { { "bindIp", options.Address.ToString() }, { "port", options.Port } } },
            { "storage", new BsonDocument("dbPath", options.DataPath) },
            { "security", new BsonDocument("authorization", authentication.IsRequired ? "enabled" : "disabled") },
        };
        return new BsonDocument { { "argv", new BsonArray { "mongod" } }, { "parsed", parsed } };
    }

    // A command is answered after its commit is on disk, so there is nothing left to write.
    private static BsonDocument Fsync(Command command) => command.Body.GetValue("lock", BsonBoolean.False).ToBoolean()
        ? throw new CommandException(238, "NotImplemented", "fsync with lock is not implemented; 'mongod --backup' copies a live folder")
        : new BsonDocument("numFiles", 1);

    private static BsonDocument ListCommands(IEnumerable<string> names)
    {
        var commands = new BsonDocument();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            commands.Add(name, new BsonDocument { { "help", "" }, { "requiresAuth", !Dispatcher.IsHandshake(name) }, { "secondaryOk", false }, { "adminOnly", Dispatcher.AdminOnly.Contains(name) } });
        }

        return new BsonDocument("commands", commands);
    }
}
