// A bot made with discord.js, which knows the real Discord: see discordjs_test.go.
const { Client, GatewayIntentBits, Partials, MessageFlags, ActionRowBuilder, ButtonBuilder, ButtonStyle } = require('discord.js');

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  partials: [Partials.Channel],
  rest: { api: process.env.ENDPOINT },
});

client.on('error', (error) => console.error(error));
client.on('messageCreate', async (message) => {
  if (message.author.bot) return;
  const row = new ActionRowBuilder().addComponents(new ButtonBuilder().setCustomId('c:one').setLabel('One').setStyle(ButtonStyle.Secondary));
  await message.channel.sendTyping();
  await message.reply({ content: 'you said ' + message.content, components: [row], allowedMentions: { parse: [] } });
});
client.on('interactionCreate', async (interaction) => {
  if (interaction.isChatInputCommand()) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply('your ' + interaction.commandName);
  } else if (interaction.isButton()) {
    await interaction.deferUpdate();
    await interaction.editReply({ components: [] });
    await interaction.followUp('you pressed ' + interaction.customId);
  }
});
client.once('clientReady', async () => {
  await client.application.commands.set([{ name: 'plan', description: 'Make a plan' }]);
  console.log('ready');
});
client.login(process.env.TOKEN);
