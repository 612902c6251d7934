using System.CommandLine;
using Godzilla.Cli.Chat;
using Godzilla.Cli.Seed;

return await new RootCommand("Godzilla from a terminal") { ChatCommand.Create(), SeedCommand.Create() }.Parse(args).InvokeAsync();
