using Godzilla.Accounts.Sessions;
using Godzilla.Accounts.Users;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.Unit.Accounts;

/// <summary>Changes to accounts in a real database.</summary>
[Collection(SharedStores.Name)]
public sealed class UserChangesTests(Stores stores) : IAsyncLifetime, IDisposable
{
    private MongoClient? _client;
    private UserStore? _users;
    private UserChanges? _changes;

    private UserStore Users => _users!;

    private UserChanges Changes => _changes!;

    public Task InitializeAsync() => InitializeAsync($"changes-{Guid.NewGuid():N}"[..24]);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _client?.Dispose();

    [Fact]
    public async Task OfTwoWhoHaveReadTheSameAccountOneChangesThePassword()
    {
        var user = await AddAsync();

        var first = await Changes.SetPasswordAsync(user, "first", keep: "", CancellationToken.None);
        var second = await Changes.SetPasswordAsync(user, "second", keep: "", CancellationToken.None);
        var third = await Changes.SetPasswordAsync(first!, "third", keep: "", CancellationToken.None);

        Assert.Null(second);
        Assert.Equal("third", third!.Password);
    }

    [Fact]
    public async Task WhatMustEndIsNotedWithTheChangeAndALaterChangeDoesNotForgetIt()
    {
        var user = await AddAsync();

        var disabled = await Changes.DisableAsync(user.Username, CancellationToken.None);
        var both = await Changes.RequirePasswordChangeAsync(user.Username, CancellationToken.None);
        await Changes.HasEndedAsync(disabled!, CancellationToken.None);

        Assert.True(both!.PendingEnd!.Keys);
        var pending = Assert.Single(await Changes.ListPendingAsync(10, CancellationToken.None));
        Assert.Equal(both.PendingEnd.Id, pending.PendingEnd!.Id);
        await Changes.HasEndedAsync(pending, CancellationToken.None);
        Assert.Empty(await Changes.ListPendingAsync(10, CancellationToken.None));
    }

    [Fact]
    public async Task ADeletedAccountKeepsItsNameAndNothingElse()
    {
        var user = await AddAsync();
        await Changes.SetDisplayNameAsync(user.Username, "Rodan", CancellationToken.None);
        await Changes.SetAdminAsync(user.Username, isAdmin: true, CancellationToken.None);

        var deleted = await Changes.DeleteAsync(user.Username, CancellationToken.None);

        Assert.Equal(("", null, null), (deleted!.Password, deleted.DisplayName, deleted.Roles));
        Assert.Null(await Users.FindAsync(user.Username, CancellationToken.None));
        Assert.Null(await Users.FindForSignInAsync(user.Username.ToUpperInvariant(), CancellationToken.None));
        Assert.Null(await Changes.EnableAsync(user.Username, CancellationToken.None));
        Assert.Empty(await Changes.SearchAsync("", after: null, limit: 10, CancellationToken.None));
        Assert.False(await Users.TryAddAsync(NewUser(user.Username), CancellationToken.None));
    }

    [Fact]
    public async Task ASignInSeesWhatChangedSinceThePasswordWasChecked()
    {
        var access = new SignInAccess(Users, Changes, null!, null!, null!, null!, null!);
        (string What, Func<User, Task> ChangeAsync, bool IsUnchanged)[] cases =
        [
            ("nothing", _ => Task.CompletedTask, true),
            ("a new hash of the same password", user => Users.TryReplacePasswordAsync(user, "hash", CancellationToken.None), true),
            ("another password", user => Changes.SetPasswordAsync(user, "hash", keep: "", CancellationToken.None), false),
            ("a change is required", user => Changes.RequirePasswordChangeAsync(user.Username, CancellationToken.None), false),
            ("disabled", user => Changes.DisableAsync(user.Username, CancellationToken.None), false),
            ("deleted", user => Changes.DeleteAsync(user.Username, CancellationToken.None), false),
        ];
        foreach (var (what, changeAsync, isUnchanged) in cases)
        {
            var user = await AddAsync();
            await changeAsync(user);
            Assert.True(isUnchanged == await access.IsUnchangedAsync(user, CancellationToken.None), what);
        }
    }

    private async Task InitializeAsync(string database)
    {
        _client = new MongoClient(await stores.ConnectionStringAsync("mongodb"));
        _users = new UserStore(_client.GetDatabase(database));
        _changes = new UserChanges(_client.GetDatabase(database), TimeProvider.System);
        await Changes.EnsureIndexAsync();
    }

    private async Task<User> AddAsync()
    {
        var user = NewUser($"rodan-{Guid.NewGuid():N}"[..24]);
        Assert.True(await Users.TryAddAsync(user, CancellationToken.None));
        return user;
    }

    private static User NewUser(string name) =>
        new() { Id = ObjectId.GenerateNewId(), Username = name, UsernameKey = name, Password = "hash of it", CreatedAt = DateTime.UtcNow };
}
