using System.Net;

namespace Godzilla.Tests.Faults;

/// <summary>Everything is stopped and started again: everything is still there.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("godzilla-restart-").FullName;

    [Fact]
    public async Task WhatWasSaidIsThereAfterwardsAndSoIsTheSession()
    {
        string token, name, password, discussion;
        var first = new AppWithData(_data);
        await first.InitializeAsync();
        try
        {
            using var mothra = await first.SignUpAsync("mothra");
            discussion = await mothra.CreateDiscussionAsync();
            await using var hub = await mothra.ConnectAsync();
            await hub.InvokeAsync("Send", discussion, "remember me", null);
            (token, name, password) = (mothra.Token, mothra.Name, mothra.Password);
        }
        finally
        {
            await first.DisposeAsync();
        }

        var second = new AppWithData(_data);
        await second.InitializeAsync();
        try
        {
            using var mothra = new Person(second.Gateway, name, password);
            await mothra.LogInAsync();
            var page = await mothra.ReadAsync(discussion);
            Assert.Equal("remember me", Assert.Single(page.GetProperty("messages").EnumerateArray()).GetProperty("text").GetString());

            using var old = second.CreateClient();
            old.DefaultRequestHeaders.Add("Cookie", $"auth_token={token}");
            using var response = await old.GetAsync("/discussion");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        finally
        {
            await second.DisposeAsync();
        }
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private sealed class AppWithData(string data) : GodzillaApp
    {
        protected override string[] Arguments => [$"--Aspire:Store:Path={data}"];
    }
}
