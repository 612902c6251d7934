using System.Globalization;
using System.Net;

namespace Mongod;

/// <summary>The command line. Names are those of MongoDB's own server where it has them.</summary>
internal sealed record ServerOptions
{
    internal const string Usage = """
        usage: mongod --dbpath DIR [--port N] [--bind_ip ADDRESS] [--maxConns N] [--auth-user NAME]
               mongod --dbpath DIR --backup DIR

          --dbpath DIR        where the data is kept; made if it is not there
          --port N            default 27017; 0 takes a free one
          --bind_ip ADDRESS   a loopback address; default 127.0.0.1
          --maxConns N        how many connections there may be; default 1000
          --auth-user NAME    clients must sign in as NAME, with the password that is read from the first line of standard input
          --backup DIR        copies the data into a new folder and ends; the server may be running
        """;

    private const int DefaultPort = 27017;
    private const int DefaultMaxConnections = 1000;

    internal required string DataPath { get; init; }

    internal IPAddress Address { get; init; } = IPAddress.Loopback;

    internal int Port { get; init; } = DefaultPort;

    internal int MaxConnections { get; init; } = DefaultMaxConnections;

    /// <summary>Null where nobody has to sign in.</summary>
    internal string? User { get; init; }

    /// <summary>Where to copy the data to; null to serve it.</summary>
    internal string? BackupPath { get; init; }

    /// <exception cref="StartException">The command line is not valid.</exception>
    internal static ServerOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ServerOptions { DataPath = "" };
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var before, var after] ? (before, after) : (arguments[i], null);
            if (name is not ("--dbpath" or "--port" or "--bind_ip" or "--maxConns" or "--auth-user" or "--backup"))
            {
                throw Bad($"the option {arguments[i]} is not known");
            }

            value ??= ++i < arguments.Count ? arguments[i] : throw Bad($"{name} needs a value");
            options = name switch
            {
                "--dbpath" => options with { DataPath = NotEmpty(name, value) },
                "--port" => options with { Port = Number(name, value, 0, ushort.MaxValue) },
                "--bind_ip" => options with { Address = Loopback(value) },
                "--maxConns" => options with { MaxConnections = Number(name, value, 1, 100_000) },
                "--auth-user" => options with { User = NotEmpty(name, value) },
                _ => options with { BackupPath = NotEmpty(name, value) },
            };
        }

        return options.DataPath.Length > 0 ? options : throw Bad("--dbpath is missing");
    }

    private static string NotEmpty(string name, string value) => value.Length > 0 ? value : throw Bad($"{name} needs a value");

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Bad($"{name} must be a number from {least} to {most}");

    private static IPAddress Loopback(string value) =>
        value == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(value, out var address) && IPAddress.IsLoopback(address) ? address
        : throw Bad("--bind_ip must be a loopback address: this server has no TLS");

    private static StartException Bad(string message) => new(StartException.BadOptions, message);
}
