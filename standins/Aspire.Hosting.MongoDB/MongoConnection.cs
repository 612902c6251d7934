using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.MongoDB;

/// <summary>The server answered a command with an error.</summary>
internal sealed class MongoException(int code, string message) : Exception(message)
{
    public const int AuthenticationFailed = 18;

    public int Code { get; } = code;
}

/// <summary>
/// A connection to a MongoDB server for what the app host needs: OP_MSG commands, and SCRAM-SHA-256 (RFC 5802, RFC 7677). The driver does
/// the same and costs 20 MB, which is why it is not used here.
/// </summary>
internal sealed class MongoConnection : IDisposable
{
    private const int OpMsg = 2013;
    private const int HeaderLength = 16;
    private const int LongestReply = 1 << 20;

    private readonly TcpClient _client = new() { NoDelay = true };
    private int _lastRequest;

    private MongoConnection()
    {
    }

    /// <summary>Connects, and makes the connection ready for use.</summary>
    public static async Task<MongoConnection> OpenAsync(int port, Func<MongoConnection, Task> prepare, CancellationToken cancellationToken)
    {
        var connection = new MongoConnection();
        try
        {
            await connection._client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs a command, and returns the fields of its reply.</summary>
    /// <exception cref="MongoException">The server refuses it.</exception>
    public async Task<Dictionary<string, object?>> RunAsync(string database, (string Name, object Value)[] command, CancellationToken cancellationToken)
    {
        var body = Bson.Write([.. command, ("$db", database)]);
        var message = new byte[HeaderLength + 5 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), ++_lastRequest);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), OpMsg);
        body.CopyTo(message, HeaderLength + 5);

        var stream = _client.GetStream();
        await stream.WriteAsync(message, cancellationToken);
        var header = new byte[HeaderLength];
        await stream.ReadExactlyAsync(header, cancellationToken);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < HeaderLength + 10 or > LongestReply || BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)) != OpMsg)
        {
            throw new InvalidDataException("The server does not speak MongoDB's wire protocol.");
        }

        var reply = new byte[length - HeaderLength];
        await stream.ReadExactlyAsync(reply, cancellationToken);
        var fields = Bson.Read(reply.AsSpan(5));
        return Convert.ToDouble(fields.GetValueOrDefault("ok")) == 1
            ? fields
            : throw new MongoException(Convert.ToInt32(fields.GetValueOrDefault("code")), fields.GetValueOrDefault("errmsg") as string ?? "The command failed.");
    }

    public async Task SignInAsync(string user, string password, CancellationToken cancellationToken)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
        var first = $"n={user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={nonce}";
        var reply = await RunAsync(
            "admin",
            [("saslStart", 1), ("mechanism", "SCRAM-SHA-256"), ("payload", Encoding.UTF8.GetBytes($"n,,{first}")), ("options", new (string, object)[] { ("skipEmptyExchange", true) })],
            cancellationToken);
        var challenge = TextOf(reply);
        var parts = PartsOf(challenge);
        if (!parts["r"].StartsWith(nonce, StringComparison.Ordinal))
        {
            throw new InvalidDataException("The server's nonce does not continue the client's.");
        }

        var salted = Rfc2898DeriveBytes.Pbkdf2(
            password, Convert.FromBase64String(parts["s"]), int.Parse(parts["i"], System.Globalization.CultureInfo.InvariantCulture), HashAlgorithmName.SHA256, 32);
        var final = $"c=biws,r={parts["r"]}";
        var signed = Encoding.UTF8.GetBytes($"{first},{challenge},{final}");
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), signed);
        var proof = Convert.ToBase64String([.. clientKey.Zip(signature, (k, s) => (byte)(k ^ s))]);
        reply = await ContinueAsync(reply, Encoding.UTF8.GetBytes($"{final},p={proof}"), cancellationToken);

        var expected = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), signed);
        if (!CryptographicOperations.FixedTimeEquals(expected, Convert.FromBase64String(PartsOf(TextOf(reply))["v"])))
        {
            throw new InvalidDataException("The server does not know the password.");
        }

        if (reply["done"] is false)
        {
            await ContinueAsync(reply, [], cancellationToken);
        }
    }

    public void Dispose() => _client.Dispose();

    private static string TextOf(Dictionary<string, object?> reply) => Encoding.UTF8.GetString((byte[])reply["payload"]!);

    private static Dictionary<string, string> PartsOf(string text) => text.Split(',').ToDictionary(p => p[..1], p => p[2..]);

    private Task<Dictionary<string, object?>> ContinueAsync(Dictionary<string, object?> reply, byte[] payload, CancellationToken cancellationToken) =>
        RunAsync("admin", [("saslContinue", 1), ("conversationId", reply["conversationId"]!), ("payload", payload)], cancellationToken);
}
