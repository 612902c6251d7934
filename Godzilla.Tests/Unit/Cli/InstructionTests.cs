using Godzilla.Cli.Chat;

namespace Godzilla.Tests.Unit.Cli;

public sealed class InstructionTests
{
    [Theory]
    [InlineData("hello", nameof(Verb.Send), "hello")]
    [InlineData("  two blanks  ", nameof(Verb.Send), "  two blanks  ")]
    [InlineData("//etc/hosts", nameof(Verb.Send), "/etc/hosts")]
    [InlineData("///", nameof(Verb.Send), "//")]
    [InlineData(" /open", nameof(Verb.Send), " /open")]
    [InlineData(" \t", nameof(Verb.Nothing), "")]
    [InlineData("/help", nameof(Verb.Help), "")]
    [InlineData("/list", nameof(Verb.List), "")]
    [InlineData("/open  Monster Island ", nameof(Verb.Open), "Monster Island")]
    [InlineData("/new rodan mothra -- Monster Island", nameof(Verb.New), "rodan mothra -- Monster Island")]
    [InlineData("/invite rodan", nameof(Verb.Invite), "rodan")]
    [InlineData("/leave", nameof(Verb.Leave), "")]
    [InlineData("/history 50", nameof(Verb.History), "50")]
    [InlineData("/edit two\nlines", nameof(Verb.Edit), "two\nlines")]
    [InlineData("/delete", nameof(Verb.Delete), "")]
    [InlineData("/who", nameof(Verb.Who), "")]
    [InlineData("/quit", nameof(Verb.Quit), "")]
    [InlineData("/open", nameof(Verb.Wrong), "/open needs more; /help shows how")]
    [InlineData("/edit ", nameof(Verb.Wrong), "/edit needs more; /help shows how")]
    [InlineData("/Quit", nameof(Verb.Wrong), "There is no command /Quit; /help shows all, and // begins a text with a slash")]
    [InlineData("/", nameof(Verb.Wrong), "There is no command /; /help shows all, and // begins a text with a slash")]
    public void ALineIsACommandOrAMessage(string line, string verb, string argument) =>
        Assert.Equal(new Instruction(Enum.Parse<Verb>(verb), argument), Instruction.Parse(line));
}
