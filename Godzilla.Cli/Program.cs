using System.CommandLine;
using Godzilla.Cli.Seed;

return await new RootCommand("Godzilla from a terminal") { SeedCommand.Create() }.Parse(args).InvokeAsync();
