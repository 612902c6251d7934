using System.Security.Cryptography;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Hosting;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Godzilla.Accounts.Tokens;

/// <summary>
/// The keys that sign access tokens. A key signs for <see cref="TokenOptions.KeyLifetime"/>; the next is published a while before it takes
/// over, and the one before stays published until the last token that it signed has expired. So two are known during a change, on every replica
/// and to whoever keeps the key set.
/// </summary>
internal sealed partial class SigningKeys(
    SigningKeyStore store, IOptions<TokenOptions> options, IOptions<DependencyFailures> failures, TimeProvider time, ILogger<SigningKeys> logger)
    : BackgroundService
{
    private const int KeyBits = 2048;
    private const int KeyIdBytes = 12;

    /// <summary>How long a key is only published. More than <see cref="ReadEvery"/>, so that every replica has it by then.</summary>
    internal static readonly TimeSpan Lead = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan ReadEvery = TimeSpan.FromMinutes(1);

    // How far the clocks of those who verify may be behind.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(5);

    private readonly SigningKeyCipher _cipher = new(options.Value.Secret);
    private readonly SemaphoreSlim _loading = new(1);
    private volatile Ring? _ring;

    /// <summary>The key that signs now.</summary>
    public async Task<SigningCredentials> GetSignerAsync(CancellationToken cancellationToken)
    {
        var ring = _ring ?? await LoadAsync(cancellationToken);
        return new SigningCredentials(ring.SignerAt(time.GetBsonTime()), SecurityAlgorithms.RsaSha256);
    }

    /// <summary>The public keys of all tokens that may still be good, and of those to come.</summary>
    public async Task<IReadOnlyList<RsaSecurityKey>> GetPublishedAsync(CancellationToken cancellationToken) => (_ring ?? await LoadAsync(cancellationToken)).Published;

    /// <summary>Reads the ring anew; adds the next key if it is time, and deletes those that no token needs.</summary>
    internal async Task<Ring> LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            var keys = await store.ListAsync(cancellationToken);
            while (Next(keys) is { } next)
            {
                if (await store.TryAddAsync(await Task.Run(() => Create(next), cancellationToken), cancellationToken))
                {
                    LogAdded(logger, next.Generation);
                }

                keys = await store.ListAsync(cancellationToken);
            }

            var retired = keys.Zip(keys.Skip(1)).Where(pair => IsRetired(pair.Second)).Select(pair => pair.First.Id).ToHashSet(StringComparer.Ordinal);
            if (retired.Count > 0)
            {
                await store.DeleteAsync(retired, cancellationToken);
                keys = [.. keys.Where(key => !retired.Contains(key.Id))];
            }

            return _ring is { } same && same.Published.Select(key => key.KeyId).SequenceEqual(keys.Select(key => key.Id), StringComparer.Ordinal)
                ? same
                : _ring = Read(keys);
        }
        finally
        {
            _loading.Release();
        }
    }

    public override void Dispose()
    {
        _loading.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => time.RepeatAsync(ReadEvery, TryLoadAsync, stoppingToken);

    private async Task TryLoadAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LoadAsync(stoppingToken);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            // What is in memory goes on. The next time tries again.
        }
    }

    // What must be added, if anything. A key that another secret encrypted, while a rollout changes it, is for replicas that have that one.
    private (int Generation, DateTime SignsFrom)? Next(IReadOnlyList<SigningKey> keys)
    {
        var now = time.GetBsonTime();
        var generation = keys.Count == 0 ? 1 : keys[^1].Generation + 1;
        return keys.LastOrDefault(key => _cipher.Decrypt(key.Id, key.PrivateKey) is not null) is not { } newest ? (generation, now)
            : now >= newest.SignsFrom + options.Value.KeyLifetime - Lead ? (generation, now + Lead)
            : null;
    }

    // No token of the key before its successor is good any more.
    private bool IsRetired(SigningKey successor) => time.GetBsonTime() >= successor.SignsFrom + options.Value.AccessLifetime + Leeway;

    private SigningKey Create((int Generation, DateTime SignsFrom) next)
    {
        using var rsa = RSA.Create(KeyBits);
        var (id, parameters) = (RandomNumberGenerator.GetHexString(KeyIdBytes * 2, lowercase: true), rsa.ExportParameters(includePrivateParameters: false));
        var secret = rsa.ExportPkcs8PrivateKey();
        try
        {
            return new SigningKey
            {
                Id = id,
                Generation = next.Generation,
                Modulus = parameters.Modulus!,
                Exponent = parameters.Exponent!,
                PrivateKey = _cipher.Encrypt(id, secret),
                CreatedAt = time.GetBsonTime(),
                SignsFrom = next.SignsFrom,
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private Ring Read(IReadOnlyList<SigningKey> keys)
    {
        var signers = new List<(DateTime From, RsaSecurityKey Key)>();
        foreach (var key in keys)
        {
            if (_cipher.Decrypt(key.Id, key.PrivateKey) is not { } secret)
            {
                LogOtherSecret(logger, key.Generation);
                continue;
            }

            // The key has it for as long as something signs with it, so nothing here disposes of it.
            var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(secret, out _);
            CryptographicOperations.ZeroMemory(secret);
            signers.Add((key.SignsFrom, new RsaSecurityKey(rsa) { KeyId = key.Id }));
        }

        return new Ring(
            signers,
            [.. keys.Select(key => new RsaSecurityKey(new RSAParameters { Modulus = key.Modulus, Exponent = key.Exponent }) { KeyId = key.Id })]);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Signing key {Generation} is added")]
    private static partial void LogAdded(ILogger logger, int generation);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Signing key {Generation} was encrypted with another Tokens:Secret: it only verifies")]
    private static partial void LogOtherSecret(ILogger logger, int generation);

    /// <summary>The keys as they were read last.</summary>
    internal sealed class Ring(IReadOnlyList<(DateTime From, RsaSecurityKey Key)> signers, IReadOnlyList<RsaSecurityKey> published)
    {
        public IReadOnlyList<RsaSecurityKey> Published => published;

        /// <summary>The newest whose time has come.</summary>
        public RsaSecurityKey SignerAt(DateTime now) => signers.LastOrDefault(signer => signer.From <= now, signers[0]).Key;
    }
}
