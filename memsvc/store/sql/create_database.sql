create database memsvc encoding 'UTF8' locale 'C.UTF-8' template template0
