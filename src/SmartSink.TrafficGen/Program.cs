using System.CommandLine;

return await new RootCommand("traffic-gen, a load of mail for a sink or for the MTA before it.").Parse(args).InvokeAsync();
