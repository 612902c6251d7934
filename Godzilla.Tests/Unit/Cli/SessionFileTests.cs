using Godzilla.Cli.Chat.Server;

namespace Godzilla.Tests.Unit.Cli;

public sealed class SessionFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Theory]
    [InlineData("""{"cookies":[{"name":"other","value":"x"},{"name":"auth_token","value":"t-1","path":"/"}]}""", "t-1")]
    [InlineData("""{"cookies":{"auth_token":{"value":"t-2","path":"/"}}}""", "t-2")]
    [InlineData("""{"cookies":[{"name":"auth_token","value":"a; Path=/\r\nX: y"}]}""", null)]
    [InlineData("""{"cookies":[{"name":"auth_token"},3]}""", null)]
    [InlineData("""{"cookies":"auth_token"}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""[]""", null)]
    public void TheTokenIsFoundAmongTheCookies(string file, string? token)
    {
        File.WriteAllText(_path, file);

        Assert.Equal(token, SessionFile.ReadToken(_path));
    }

    public void Dispose() => File.Delete(_path);
}
