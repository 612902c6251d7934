using System.CommandLine;
using System.Security.Cryptography;

namespace Godzilla.Cli.Seed;

/// <summary>
/// <c>seed</c>: creates two users and a discussion through the gateway, as clients do. It deletes nothing, and where its users exist it
/// does nothing.
/// </summary>
internal static class SeedCommand
{
    private const string Letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int PasswordLength = 24;
    private const string Title = "Monster Island";
    private static readonly string[] Names = ["demo-mothra", "demo-rodan"];

    // Sent in turn by the two.
    private static readonly string[] Texts =
    [
        "Are you awake?",
        "Since the volcano, yes. What is it?",
        "Somebody is walking about in the bay. Somebody large.",
        "How large?",
        "The lighthouse comes up to his knee.",
        "Then it is him. Did he look angry?",
        "More hungry, I would say. He is going north.",
        "North is the city. I could be there in four minutes.",
        "Take the coast. I fly over the hills, and we meet at the harbour.",
        "On my way. Leave some of him for me.",
    ];

    public static Command Create()
    {
        var url = ServerOption.Create("--url");
        var force = new Option<bool>("--force") { Description = "Also outside Development." };
        var command = new Command("seed", "Creates two users and a discussion, if they do not exist.") { url, force };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(url), parsed.GetValue(force), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Uri url, bool force, CancellationToken cancellationToken)
    {
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? "Production";
        if (environment != "Development" && !force)
        {
            return await FailAsync($"demo data is for Development, and this is {environment}; --force creates it all the same");
        }

        try
        {
            return await SeedAsync(url, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or SeedException)
        {
            return await FailAsync($"{url}: {exception.Message}");
        }
    }

    private static async Task<int> SeedAsync(Uri url, CancellationToken cancellationToken)
    {
        using Visitor mothra = new(url, Names[0]), rodan = new(url, Names[1]);
        Visitor[] visitors = [mothra, rodan];
        var isNew = true;
        foreach (var visitor in visitors)
        {
            var password = RandomNumberGenerator.GetString(Letters, PasswordLength);
            if (await visitor.TryRegisterAsync(password, cancellationToken))
            {
                await Console.Out.WriteLineAsync($"Created {visitor.Name} with the password {password}, which is not shown again");
                await visitor.LogInAsync(password, cancellationToken);
            }
            else
            {
                await Console.Out.WriteLineAsync($"{visitor.Name} exists");
                isNew = false;
            }
        }

        if (!isNew)
        {
            return 0;
        }

        var discussion = await mothra.CreateDiscussionAsync(Title, rodan.Name, cancellationToken);
        for (var number = 0; number < Texts.Length; number++)
        {
            await visitors[number % visitors.Length].PostAsync(discussion, Texts[number], cancellationToken);
        }

        await Console.Out.WriteLineAsync($"Created the discussion '{Title}' ({discussion}) with {Texts.Length} messages");
        return 0;
    }

    private static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync($"seed: {message}");
        return 1;
    }
}
