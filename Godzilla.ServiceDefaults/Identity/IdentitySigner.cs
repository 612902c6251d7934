using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>Signs a caller's identity and checks such a signature, so that services need not trust the network.</summary>
public sealed class IdentitySigner(IOptions<IdentityOptions> options, TimeProvider time)
{
    private const int SignatureLength = 43; // 32 bytes in base64url.
    private const int StackLimit = 1024;

    private readonly Dictionary<string, IdentityKey> _callees =
        options.Value.Callees.ToDictionary(callee => callee.Key, callee => new IdentityKey(callee.Value.Key), StringComparer.Ordinal);

    private readonly Dictionary<string, Caller> _callers =
        options.Value.Callers.ToDictionary(caller => caller.Key, caller => new Caller(caller.Value), StringComparer.Ordinal);

    private readonly string _self = options.Value.Service;
    private readonly TimeSpan _lifetime = options.Value.Lifetime;

    /// <summary>Adds a signed identity to a request, valid for this service, method and path for <see cref="IdentityOptions.Lifetime"/>.</summary>
    /// <param name="headers">The outgoing request's headers. They have no identity yet, and <c>User-Agent</c> as in <paramref name="caller"/>.</param>
    /// <param name="callee">The service that is called.</param>
    /// <param name="caller">For whom.</param>
    /// <param name="method">The HTTP method, in capitals.</param>
    /// <param name="path">The path that the receiver sees, unescaped and without the query.</param>
    /// <exception cref="InvalidOperationException">This service has no key for <paramref name="callee"/>.</exception>
    public void Sign(HttpRequestHeaders headers, string callee, in CallerIdentity caller, string method, string path)
    {
        ArgumentNullException.ThrowIfNull(headers);

        var key = KeyOf(callee);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        Span<char> signature = stackalloc char[SignatureLength];
        Compute(key, _self, callee, caller, now, method, path, signature);
        headers.TryAddWithoutValidation(IdentityHeaders.User, caller.User);
        headers.TryAddWithoutValidation(IdentityHeaders.Session, caller.Session);
        headers.TryAddWithoutValidation(IdentityHeaders.Address, caller.Address);
        headers.TryAddWithoutValidation(IdentityHeaders.Gateway, caller.Gateway);
        AddUnlessEmpty(headers, IdentityHeaders.Key, caller.Key);
        AddUnlessEmpty(headers, IdentityHeaders.Scopes, caller.Scopes);
        AddUnlessEmpty(headers, IdentityHeaders.Models, caller.Models);
        headers.TryAddWithoutValidation(IdentityHeaders.Issuer, _self);
        headers.TryAddWithoutValidation(IdentityHeaders.Time, now);
        headers.TryAddWithoutValidation(IdentityHeaders.Signature, new string(signature));
    }

    /// <summary>The same for a request that is written as bytes: adds the header lines of HTTP/1.1.</summary>
    /// <param name="lines">The request's head, to be continued. It has <c>User-Agent</c> as in <paramref name="caller"/>.</param>
    /// <param name="callee">The service that is called.</param>
    /// <param name="caller">For whom. No part has a line break.</param>
    /// <param name="method">The HTTP method, in capitals.</param>
    /// <param name="path">The path that the receiver sees, unescaped and without the query.</param>
    /// <exception cref="InvalidOperationException">This service has no key for <paramref name="callee"/>.</exception>
    public void Sign(IBufferWriter<byte> lines, string callee, in CallerIdentity caller, string method, string path)
    {
        ArgumentNullException.ThrowIfNull(lines);

        var key = KeyOf(callee);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        Span<char> signature = stackalloc char[SignatureLength];
        Compute(key, _self, callee, caller, now, method, path, signature);
        AddLine(lines, IdentityHeaders.User, caller.User);
        AddLine(lines, IdentityHeaders.Session, caller.Session);
        AddLine(lines, IdentityHeaders.Address, caller.Address);
        AddLine(lines, IdentityHeaders.Gateway, caller.Gateway);
        AddLineUnlessEmpty(lines, IdentityHeaders.Key, caller.Key);
        AddLineUnlessEmpty(lines, IdentityHeaders.Scopes, caller.Scopes);
        AddLineUnlessEmpty(lines, IdentityHeaders.Models, caller.Models);
        AddLine(lines, IdentityHeaders.Issuer, _self);
        AddLine(lines, IdentityHeaders.Time, now);
        AddLine(lines, IdentityHeaders.Signature, signature);
    }

    /// <summary>Whether a received identity was signed by that issuer, for this service and request, within the lifetime.</summary>
    /// <param name="issuer">As received.</param>
    /// <param name="caller">As received.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="path">The request's path, unescaped.</param>
    /// <param name="signedAt">As received.</param>
    /// <param name="signature">As received.</param>
    /// <returns><see langword="true"/> if the signature is valid and the issuer may name this user.</returns>
    public bool Verify(string issuer, in CallerIdentity caller, string method, string path, string signedAt, string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);

        if (!_callers.TryGetValue(issuer, out var known)
            || (caller.User.Length > 0 && !known.ForUsers)
            || !long.TryParse(signedAt, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || Math.Abs(time.GetUtcNow().ToUnixTimeMilliseconds() - milliseconds) > _lifetime.TotalMilliseconds)
        {
            return false;
        }

        Span<char> expected = stackalloc char[SignatureLength];
        foreach (var key in known.Keys)
        {
            Compute(key, issuer, _self, caller, signedAt, method, path, expected);
            if (CryptographicOperations.FixedTimeEquals(
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(expected),
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(signature.AsSpan())))
            {
                return true;
            }
        }

        return false;
    }

    private static void AddUnlessEmpty(HttpRequestHeaders headers, string name, string value)
    {
        if (value.Length > 0)
        {
            headers.TryAddWithoutValidation(name, value);
        }
    }

    private static void AddLineUnlessEmpty(IBufferWriter<byte> lines, string name, string value)
    {
        if (value.Length > 0)
        {
            AddLine(lines, name, value);
        }
    }

    private static void AddLine(IBufferWriter<byte> lines, string name, ReadOnlySpan<char> value)
    {
        var line = lines.GetSpan(Encoding.UTF8.GetMaxByteCount(name.Length + value.Length) + 4);
        var length = Encoding.UTF8.GetBytes(name, line);
        line[length++] = (byte)':';
        line[length++] = (byte)' ';
        length += Encoding.UTF8.GetBytes(value, line[length..]);
        line[length++] = (byte)'\r';
        line[length++] = (byte)'\n';
        lines.Advance(length);
    }

    private IdentityKey KeyOf(string callee) => _callees.TryGetValue(callee, out var key)
        ? key
        : throw new InvalidOperationException($"{_self} has no key for {callee}: set Identity:Callees:{callee}:Key.");

    // The path comes last: only it can contain a line break, and there a line break cannot imitate another field.
    private static void Compute(
        IdentityKey key, string issuer, string audience, in CallerIdentity caller, string signedAt, string method, string path, Span<char> signature)
    {
        var text = new Utf8Lines(stackalloc byte[StackLimit]);
        try
        {
            text.Add("v3");
            text.Add(issuer);
            text.Add(audience);
            text.Add(caller.User);
            text.Add(caller.Session);
            text.Add(caller.Address);
            text.Add(caller.Gateway);
            text.Add(caller.UserAgent);
            text.Add(caller.Key);
            text.Add(caller.Scopes);
            text.Add(caller.Models);
            text.Add(signedAt);
            text.Add(method);
            text.Add(path);
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            key.Sign(text.Written, hash);
            Base64Url.EncodeToChars(hash, signature);
        }
        finally
        {
            text.Dispose();
        }
    }

    private sealed class Caller(CallerOptions options)
    {
        public IdentityKey[] Keys { get; } =
            options.NextKey is { } next ? [new IdentityKey(options.Key), new IdentityKey(next)] : [new IdentityKey(options.Key)];

        public bool ForUsers { get; } = options.ForUsers;
    }

    /// <summary>Lines of UTF-8 on the stack, or in a rented array once they outgrow it.</summary>
    private ref struct Utf8Lines(Span<byte> start)
    {
        private Span<byte> _buffer = start;
        private byte[]? _rented;
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

        public void Add(string line)
        {
            var needed = _length + Encoding.UTF8.GetMaxByteCount(line.Length) + 1;
            if (needed > _buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(needed * 2);
                Written.CopyTo(larger);
                Dispose();
                _buffer = _rented = larger;
            }

            _length += Encoding.UTF8.GetBytes(line, _buffer[_length..]);
            _buffer[_length++] = (byte)'\n';
        }

        public readonly void Dispose()
        {
            if (_rented is not null)
            {
                ArrayPool<byte>.Shared.Return(_rented);
            }
        }
    }
}
