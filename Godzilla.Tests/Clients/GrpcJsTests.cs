using System.Text.Json;
using Godzilla.Tests.System.Presence;
using Godzilla.Tests.Unit;

namespace Godzilla.Tests.Clients;

/// <summary>The npm package <c>@grpc/grpc-js</c>, which the original's server uses, with the original's five calls.</summary>
[Collection(SharedStores.Name)]
public sealed class GrpcJsTests(Stores stores)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);
    private readonly string _user = $"king-{Guid.NewGuid():N}";

    [Fact]
    public async Task ItCallsWithoutASignatureFromANetworkThatIsTrusted()
    {
        var answers = await CallAsync(("Unsigned__Networks__0", "127.0.0.0/8"));

        bool[] here = [.. answers.Select(answer => answer.TryGetProperty("usernames", out var names) && names.EnumerateArray().Any(name => name.GetString() == _user))];
        Assert.Equal([true, true, false, true, false, true, false, false, false, false, false, false, false, false], here);
        Assert.Equal("""{"code":3,"details":"username is required"}""", answers[^1].GetRawText());
        Assert.All(answers.SkipLast(1), answer => Assert.False(answer.TryGetProperty("code", out _)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("10.1.0.0/16")]
    public async Task ElsewhereItIsRefused(string? trusted)
    {
        var answers = await CallAsync([.. trusted is null ? Array.Empty<(string, string)>() : [("Unsigned__Networks__0", trusted)]]);

        Assert.All(answers, answer => Assert.Equal(16, answer.GetProperty("code").GetInt32()));
    }

    private async Task<JsonElement[]> CallAsync(params (string Key, string Value)[] settings)
    {
        await NodePackages.RestoreOnceAsync();
        using var presence = await PresenceProcess.StartAsync(await stores.ConnectionStringAsync("redis"), settings);
        using var client = ClientProcess.Start(
            "node",
            ["presence.mjs"],
            ("ADDRESS", presence.Address.Authority),
            ("PROTO", Path.Combine(AppContext.BaseDirectory, "Clients", "presence.proto")),
            ("USERNAME", _user));
        var lines = (await client.OutputAsync(TimeLimit)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("answer").Clone())];
    }
}
